/** Fields of order routing that 4.2 has, with the meaning they have there. Later versions put theirs over them. */
export const ORDER_FIELDS_42 = `
1 Account string
6 AvgPx decimal
11 ClOrdID string
12 Commission decimal
13 CommType char 1 2 3
14 CumQty decimal
15 Currency currency
17 ExecID string
18 ExecInst multichar 1 2 3 4 5 6 7 8 9 0 A B C D E F G I L M N O P R S T U V W
19 ExecRefID string
20 ExecTransType char 0 1 2 3
21 HandlInst char 1 2 3
22 IDSource string 1 2 3 4 5 6 7 8 9
23 IOIid string
29 LastCapacity char 1 2 3 4
30 LastMkt string
31 LastPx decimal
32 LastShares decimal
33 LinesOfText numingroup
37 OrderID string
38 OrderQty decimal
39 OrdStatus char 0 1 2 3 4 5 6 7 8 9 A B C D E
40 OrdType char 1 2 3 4 5 6 7 8 9 A B C D E F G H I P
41 OrigClOrdID string
42 OrigTime timestamp
44 Price decimal
46 RelatdSym string
47 Rule80A char A B C D E F G H I J K L M N O P R S T U W X Y Z
48 SecurityID string
54 Side char 1 2 3 4 5 6 7 8 9
55 Symbol string
59 TimeInForce char 0 1 2 3 4 5 6
60 TransactTime timestamp
61 Urgency char 0 1 2
63 SettlmntTyp char 0 1 2 3 4 5 6 7 8 9
64 FutSettDate date
65 SymbolSfx string
66 ListID string
75 TradeDate date
76 ExecBroker string
77 OpenClose char O C
78 NoAllocs numingroup
79 AllocAccount string
80 AllocShares decimal
81 ProcessCode char 0 1 2 3 4 5 6
99 StopPx decimal
100 ExDestination string
102 CxlRejReason int 0 1 2 3
103 OrdRejReason int 0 1 2 3 4 5 6 7 8
106 Issuer string
107 SecurityDesc string
109 ClientID string
110 MinQty decimal
111 MaxFloor decimal
113 ReportToExch boolean
114 LocateReqd boolean
117 QuoteID string
118 NetMoney decimal
119 SettlCurrAmt decimal
120 SettlCurrency currency
121 ForexReq boolean
126 ExpireTime timestamp
127 DKReason char A B C D E Z
140 PrevClosePx decimal
148 Headline string
149 URLLink string
150 ExecType char 0 1 2 3 4 5 6 7 8 9 A B C D E
151 LeavesQty decimal
152 CashOrderQty decimal
155 SettlCurrFxRate decimal
156 SettlCurrFxRateCalc char M D
167 SecurityType string
168 EffectiveTime timestamp
192 OrderQty2 decimal
193 FutSettDate2 date
194 LastSpotRate decimal
195 LastForwardPoints decimal
198 SecondaryOrderID string
200 MaturityMonthYear monthyear
201 PutOrCall int 0 1
202 StrikePrice decimal
203 CoveredOrUncovered int 0 1
204 CustomerOrFirm int 0 1
205 MaturityDay dayofmonth
206 OptAttribute char
207 SecurityExchange string
210 MaxShow decimal
211 PegDifference decimal
215 NoRoutingIDs numingroup
216 RoutingType int 1 2 3 4
217 RoutingID string
223 CouponRate decimal
231 ContractMultiplier decimal
325 UnsolicitedIndicator boolean
335 TradSesReqID string
336 TradingSessionID string
338 TradSesMethod int 1 2 3
339 TradSesMode int 1 2 3
340 TradSesStatus int 1 2 3 4 5
341 TradSesStartTime timestamp
342 TradSesOpenTime timestamp
343 TradSesPreCloseTime timestamp
344 TradSesCloseTime timestamp
345 TradSesEndTime timestamp
348 EncodedIssuerLen length
349 EncodedIssuer data
350 EncodedSecurityDescLen length
351 EncodedSecurityDesc data
358 EncodedHeadlineLen length
359 EncodedHeadline data
375 ContraBroker string
376 ComplianceID string
377 SolicitedFlag boolean
378 ExecRestatementReason int 0 1 2 3 4 5
382 NoContraBrokers numingroup
386 NoTradingSessions numingroup
387 TotalVolumeTraded decimal
388 DiscretionInst char 0
389 DiscretionOffset decimal
424 DayOrderQty decimal
425 DayCumQty decimal
426 DayAvgPx decimal
427 GTBookingInst int 0 1 2
432 ExpireDate date
434 CxlRejResponseTo char 1 2
437 ContraTradeQty decimal
438 ContraTradeTime timestamp
439 ClearingFirm string
440 ClearingAccount string
442 MultiLegReportingType char 1 2 3
337 ContraTrader string
`
