/** Blocks that several messages of 4.4 and 5.0SP2 share; `@Name` puts one in. */
export const COMPONENTS_44: Readonly<Record<string, string>> = {
  Parties: '453(448! 447 452 802(523! 803))',
  NestedParties: '539(524! 525 538 804(545! 805))',
  Instrument:
    '55! 65 48 22 454(455! 456) 460 461 167 762 200 541 224 225 239 226 227 228 255 543 470 471 472 240 202 947 206 231 223 207 106 348 349 107 350 351 691 667 875 876 864(865! 866 867 868) 873 874',
  FinancingDetails: '913 914 915 918 788 916 917 919 898',
  Underlyings:
    '711(311! 312 309 305 457(458! 459) 462 463 310 763 313 542 241 242 243 244 245 246 256 595 592 593 594 247 316 941 317 436 435 308 306 362 363 307 364 365 877 878 318 879 810 882 883 884 885 886 887(888! 889))',
  Stipulations: '232(233! 234)',
  OrderQuantity: '38 152 516 468 469',
  Commission: '12 13 479 497',
  Spread: '218 220 221 222 662 663 699 761',
  Yield: '235 236 701 696 697 698',
  Peg: '211 835 836 837 838 840',
  Discretion: '388 389 841 842 843 844 846',
  Text: '58 354 355',
  Expiry: '59 168 432 126 427',
  Allocations: '78(79! 661 736 467 @NestedParties 80)',
  Sessions: '386(336! 625)',
  Contras: '382(375! 337 437 438 655)',
  Fees: '136(137! 138 139 891)',
  Strategy: '847 848 849',
}

/** What 5.0SP2 adds to them. */
export const COMPONENTS_50: Readonly<Record<string, string>> = {
  ...COMPONENTS_44,
  Instrument: `${COMPONENTS_44['Instrument'] ?? ''} 201 1151 1300 1301`.replace('55!', '55'),
  Peg: '211 1094 835 836 837 838 840 1096 1097 1098 1099',
  Display: '1138 1082 1083 1084 1085 1086 1087 1088',
  Trigger: '1100 1101 1102 1103 1104 1105 1106 1107 1108 1109 1110 1111 1112 1113 1114',
  Application: '1180 1181 1350 1352',
}

/** Fields of the blocks that order routing seldom needs. */
export const COMPONENT_FIELDS = `
146 NoRelatedSym numingroup
218 Spread decimal
220 BenchmarkCurveCurrency currency
221 BenchmarkCurveName string
222 BenchmarkCurvePoint string
232 NoStipulations numingroup
233 StipulationType string
234 StipulationValue string
235 YieldType string
236 Yield decimal
237 TotalTakedown decimal
238 Concession decimal
241 UnderlyingCouponPaymentDate date
242 UnderlyingIssueDate date
243 UnderlyingRepoCollateralSecurityType string
244 UnderlyingRepurchaseTerm int
245 UnderlyingRepurchaseRate decimal
246 UnderlyingFactor decimal
247 UnderlyingRedemptionDate date
256 UnderlyingCreditRating string
258 BasisFeatureDate date
259 BasisFeaturePrice decimal
305 UnderlyingSecurityIDSource string
306 UnderlyingIssuer string
307 UnderlyingSecurityDesc string
308 UnderlyingSecurityExchange string
309 UnderlyingSecurityID string
310 UnderlyingSecurityType string
311 UnderlyingSymbol string
312 UnderlyingSymbolSfx string
313 UnderlyingMaturityMonthYear monthyear
316 UnderlyingStrikePrice decimal
317 UnderlyingOptAttribute char
318 UnderlyingCurrency currency
362 EncodedUnderlyingIssuerLen length
363 EncodedUnderlyingIssuer data
364 EncodedUnderlyingSecurityDescLen length
365 EncodedUnderlyingSecurityDesc data
435 UnderlyingCouponRate decimal
436 UnderlyingContractMultiplier decimal
457 NoUnderlyingSecurityAltID numingroup
458 UnderlyingSecurityAltID string
459 UnderlyingSecurityAltIDSource string
462 UnderlyingProduct int
463 UnderlyingCFICode string
524 NestedPartyID string
525 NestedPartyIDSource char
538 NestedPartyRole int
539 NoNestedPartyIDs numingroup
542 UnderlyingMaturityDate date
545 NestedPartySubID string
592 UnderlyingCountryOfIssue country
593 UnderlyingStateOrProvinceOfIssue string
594 UnderlyingLocaleOfIssue string
595 UnderlyingInstrRegistry string
661 AllocAcctIDSource int
662 BenchmarkPrice decimal
663 BenchmarkPriceType int
696 YieldRedemptionDate date
697 YieldRedemptionPrice decimal
698 YieldRedemptionPriceType int
699 BenchmarkSecurityID string
701 YieldCalcDate date
711 NoUnderlyings numingroup
761 BenchmarkSecurityIDSource string
763 UnderlyingSecuritySubType string
788 TerminationType int 1 2 3 4
804 NoNestedPartySubIDs numingroup
805 NestedPartySubIDType int
810 UnderlyingPx decimal
877 UnderlyingCPProgram string
878 UnderlyingCPRegType string
879 UnderlyingQty decimal
882 UnderlyingDirtyPrice decimal
883 UnderlyingEndPrice decimal
884 UnderlyingStartValue decimal
885 UnderlyingCurrentValue decimal
886 UnderlyingEndValue decimal
887 NoUnderlyingStips numingroup
888 UnderlyingStipType string
889 UnderlyingStipValue string
898 MarginRatio decimal
913 AgreementDesc string
914 AgreementID string
915 AgreementDate date
916 StartDate date
917 EndDate date
918 AgreementCurrency currency
919 DeliveryType int 0 1 2 3
920 EndAccruedInterestAmt decimal
921 StartCash decimal
922 EndCash decimal
941 UnderlyingStrikeCurrency currency
1085 DisplayLowQty decimal
1086 DisplayHighQty decimal
1087 DisplayMinIncr decimal
1088 RefreshQty decimal
1096 PegSecurityIDSource string
1097 PegSecurityID string
1098 PegSymbol string
1099 PegSecurityDesc string
1104 TriggerSecurityID string
1105 TriggerSecurityIDSource string
1106 TriggerSecurityDesc string
1108 TriggerPriceTypeScope char 0 1 2 3
1110 TriggerNewPrice decimal
1111 TriggerOrderType char 1 2
1112 TriggerNewQty decimal
1113 TriggerTradingSessionID string
1114 TriggerTradingSessionSubID string
1151 SecurityGroup string
1180 ApplID string
1181 ApplSeqNum seqnum
1350 ApplLastSeqNum seqnum
1352 ApplResendFlag boolean
`
