/** What 4.4 renamed, widened or added. */
export const ORDER_FIELDS_44 = `
13 CommType char 1 2 3 4 5 6
18 ExecInst multichar 0 1 2 3 4 5 6 7 8 9 A B C D E F G H I J K L M N O P Q R S T U V W X Y Z a b c d e
22 SecurityIDSource string 1 2 3 4 5 6 7 8 9 A B C D E F G H I J
32 LastQty decimal
33 NoLinesOfText numingroup
39 OrdStatus char 0 1 2 3 4 5 6 7 8 9 A B C D E
40 OrdType char 1 2 3 4 5 6 7 8 9 D E G I J K L M P
54 Side char 1 2 3 4 5 6 7 8 9 A B C D E F G
59 TimeInForce char 0 1 2 3 4 5 6 7
63 SettlType char 0 1 2 3 4 5 6 7 8 9
64 SettlDate date
70 AllocID string
77 PositionEffect char O C R F
80 AllocQty decimal
102 CxlRejReason int 0 1 2 3 4 5 6 99
103 OrdRejReason int 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 99
127 DKReason char A B C D E F Z
136 NoMiscFees numingroup
137 MiscFeeAmt decimal
138 MiscFeeCurr currency
139 MiscFeeType string
150 ExecType char 0 3 4 5 6 7 8 9 A B C D E F G H I
157 NumDaysInterest int
158 AccruedInterestRate decimal
159 AccruedInterestAmt decimal
193 SettlDate2 date
210 MaxShow decimal
211 PegOffsetValue decimal
229 TradeOriginationDate date
230 ExDate date
239 RepoCollateralSecurityType string
240 RedemptionDate date
255 CreditRating string
224 CouponPaymentDate date
225 IssueDate date
226 RepurchaseTerm int
227 RepurchaseRate decimal
228 Factor decimal
340 TradSesStatus int 0 1 2 3 4 5 6
378 ExecRestatementReason int 0 1 2 3 4 5 6 7 8 9 10 99
381 GrossTradeAmt decimal
388 DiscretionInst char 0 1 2 3 4 5 6
389 DiscretionOffsetValue decimal
423 PriceType int 1 2 3 4 5 6 7 8 9 10 11
447 PartyIDSource char
448 PartyID string
452 PartyRole int
453 NoPartyIDs numingroup
454 NoSecurityAltID numingroup
455 SecurityAltID string
456 SecurityAltIDSource string
460 Product int 1 2 3 4 5 6 7 8 9 10 11 12 13
461 CFICode string
467 IndividualAllocID string
468 RoundingDirection char 0 1 2
469 RoundingModulus decimal
470 CountryOfIssue country
471 StateOrProvinceOfIssue string
472 LocaleOfIssue string
479 CommCurrency currency
480 CancellationRights char Y N O M
481 MoneyLaunderingStatus char Y N 1 2 3
483 TransBkdTime timestamp
494 Designation string
497 FundRenewWaiv char Y N
513 RegistID string
516 OrderPercent decimal
523 PartySubID string
526 SecondaryClOrdID string
527 SecondaryExecID string
528 OrderCapacity char A G I P R W
529 OrderRestrictions multichar 1 2 3 4 5 6 7 8 9 A
530 MassCancelRequestType char 1 2 3 4 5 6 7
531 MassCancelResponse char 0 1 2 3 4 5 6 7
532 MassCancelRejectReason string 0 1 2 3 4 5 6 99
533 TotalAffectedOrders int
534 NoAffectedOrders numingroup
535 AffectedOrderID string
536 AffectedSecondaryOrderID string
541 MaturityDate date
543 InstrRegistry string
544 CashMargin char 1 2 3
548 CrossID string
551 OrigCrossID string
581 AccountType int 1 2 3 4 6 7 8
582 CustOrderCapacity int 1 2 3 4
583 ClOrdLinkID string
584 MassStatusReqID string
585 MassStatusReqType int 1 2 3 4 5 6 7 8
586 OrigOrdModTime timestamp
589 DayBookingInst char 0 1 2
590 BookingUnit char 0 1 2
591 PreallocMethod char 0 1
625 TradingSessionSubID string
635 ClearingFeeIndicator string
636 WorkingIndicator boolean
640 Price2 decimal
641 LastForwardPoints2 decimal
651 UnderlyingLastPx decimal
652 UnderlyingLastQty decimal
655 ContraLegRefID string
660 AcctIDSource int
667 ContractSettlMonth monthyear
669 LastParPx decimal
691 Pool string
693 QuoteRespID string
736 AllocSettlCurrency currency
738 InterestAtMaturity decimal
762 SecuritySubType string
775 BookingType int 0 1 2
790 OrdStatusReqID string
797 CopyMsgIndicator boolean
802 NoPartySubIDs numingroup
803 PartySubIDType int
835 PegMoveType int 0 1
836 PegOffsetType int 0 1 2 3
837 PegLimitType int 0 1 2
838 PegRoundDirection int 1 2
839 PeggedPrice decimal
840 PegScope int 1 2 3 4
841 DiscretionMoveType int 0 1
842 DiscretionOffsetType int 0 1 2 3
843 DiscretionLimitType int 0 1 2
844 DiscretionRoundDirection int 1 2
845 DiscretionPrice decimal
846 DiscretionScope int 1 2 3 4
847 TargetStrategy int
848 TargetStrategyParameters string
849 ParticipationRate decimal
850 TargetStrategyPerformance decimal
851 LastLiquidityInd int 1 2 3
854 QtyType int 0 1
864 NoEvents numingroup
865 EventType int
866 EventDate date
867 EventPx decimal
868 EventText string
873 DatedDate date
874 InterestAccrualDate date
875 CPProgram int
876 CPRegType string
891 MiscFeeBasis int 0 1 2
911 TotNumReports int
912 LastRptRequested boolean
943 TimeBracket string
947 StrikeCurrency currency
`

/** What 5.0SP2 widened or added. */
export const ORDER_FIELDS_50 = `
18 ExecInst multichar 0 1 2 3 4 5 6 7 8 9 A B C D E F G H I J K L M N O P Q R S T U V W X Y Z a b c d e f g h i j k
22 SecurityIDSource string 1 2 3 4 5 6 7 8 9 A B C D E F G H I J K L M
40 OrdType char 1 2 3 4 5 6 7 8 9 D E G I J K L M P Q R S
59 TimeInForce char 0 1 2 3 4 5 6 7 8 9
63 SettlType string
77 PositionEffect char O C R F D N
102 CxlRejReason int 0 1 2 3 4 5 6 7 8 18 99
103 OrdRejReason int 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 18 99
150 ExecType char 0 3 4 5 6 7 8 9 A B C D E F G H I J K L
201 PutOrCall int 0 1
378 ExecRestatementReason int 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 99
423 PriceType int
530 MassCancelRequestType char 1 2 3 4 5 6 7 8 9 A B C
531 MassCancelResponse char 0 1 2 3 4 5 6 7 8 9 A B C
532 MassCancelRejectReason int
582 CustOrderCapacity int 1 2 3 4
585 MassStatusReqType int 1 2 3 4 5 6 7 8 9 10
851 LastLiquidityInd int 1 2 3 4
880 TrdMatchID string
1003 TradeID string
1031 CustOrderHandlingInst multistring
1032 OrderHandlingInstSource int 1
1057 AggressorIndicator boolean
1080 RefOrderID string
1081 RefOrderIDSource char 0 1 2 3 4
1082 SecondaryDisplayQty decimal
1083 DisplayWhen char 1 2
1084 DisplayMethod char 1 2 3 4
1089 MatchIncrement decimal
1090 MaxPriceLevels int
1091 PreTradeAnonymity boolean
1092 PriceProtectionScope char 0 1 2 3
1093 LotType char 1 2 3
1094 PegPriceType int
1100 TriggerType char 1 2 3 4
1101 TriggerAction char 1 2 3
1102 TriggerPrice decimal
1103 TriggerSymbol string
1107 TriggerPriceType char 1 2 3 4 5 6
1109 TriggerPriceDirection char U D
1115 OrderCategory char 1 2 3 4 5 6 7 8
1138 DisplayQty decimal
1188 Volatility decimal
1300 MarketSegmentID string
1301 MarketID string
1385 ContingencyType int
1444 SideLiquidityInd int
`
