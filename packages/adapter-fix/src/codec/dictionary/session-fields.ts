/** Fields of the header, the trailer and the session messages, all versions: tag, name, type and the values that the specification lists. */
export const SESSION_FIELDS = `
7 BeginSeqNo seqnum
8 BeginString string
9 BodyLength length
10 CheckSum string
16 EndSeqNo seqnum
34 MsgSeqNum seqnum
35 MsgType string
36 NewSeqNo seqnum
43 PossDupFlag boolean
45 RefSeqNum seqnum
49 SenderCompID string
50 SenderSubID string
52 SendingTime timestamp
56 TargetCompID string
57 TargetSubID string
58 Text string
89 Signature data
90 SecureDataLen length
91 SecureData data
93 SignatureLength length
95 RawDataLength length
96 RawData data
97 PossResend boolean
98 EncryptMethod int 0 1 2 3 4 5 6
108 HeartBtInt int
112 TestReqID string
115 OnBehalfOfCompID string
116 OnBehalfOfSubID string
122 OrigSendingTime timestamp
123 GapFillFlag boolean
128 DeliverToCompID string
129 DeliverToSubID string
141 ResetSeqNumFlag boolean
142 SenderLocationID string
143 TargetLocationID string
144 OnBehalfOfLocationID string
145 DeliverToLocationID string
212 XmlDataLen length
213 XmlData data
347 MessageEncoding string
354 EncodedTextLen length
355 EncodedText data
369 LastMsgSeqNumProcessed seqnum
370 OnBehalfOfSendingTime timestamp
371 RefTagID int
372 RefMsgType string
373 SessionRejectReason int
379 BusinessRejectRefID string
380 BusinessRejectReason int
383 MaxMessageSize length
384 NoMsgTypes numingroup
385 MsgDirection char R S
464 TestMessageIndicator boolean
553 Username string
554 Password string
627 NoHops numingroup
628 HopCompID string
629 HopSendingTime timestamp
630 HopRefID seqnum
789 NextExpectedMsgSeqNum seqnum
925 NewPassword string
1128 ApplVerID string
1129 CstmApplVerID string
1130 RefApplVerID string
1131 RefCstmApplVerID string
1137 DefaultApplVerID string
1156 ApplExtID int
1400 EncryptedPasswordMethod int
1401 EncryptedPasswordLen length
1402 EncryptedPassword data
1403 EncryptedNewPasswordLen length
1404 EncryptedNewPassword data
1406 RefApplExtID int
1407 DefaultApplExtID int
1408 DefaultCstmApplVerID string
1409 SessionStatus int
1410 DefaultVerIndicator boolean
`

/** Session messages by the shape that all versions share; `!` marks what is required. */
const LOGON = 'A Logon 98! 108! 95 96 141 383 384(372! 385)'

export const SESSION_MESSAGES = `
0 Heartbeat 112
1 TestRequest 112!
2 ResendRequest 7! 16!
3 Reject 45! 371 372 373 58 354 355
4 SequenceReset 123 36!
5 Logout 58 354 355
`

export const LOGON_42: string = LOGON
export const LOGON_44 = 'A Logon 98! 108! 95 96 141 789 383 384(372! 385) 464 553 554 925'
export const LOGON_FIXT =
  'A Logon 98! 108! 95 96 141 789 383 384(372! 385 1130 1406 1131 1410) 464 553 554 925 1400 1401 1402 1403 1404 1409 1137! 1407 1408 58 354 355'

export const HEADER_42 =
  'header Header 8! 9! 35! 49! 56! 115 128 90 91 34! 50 142 57 143 116 144 129 145 43 97 52! 122 212 213 347 369 370'
export const HEADER_44 =
  'header Header 8! 9! 35! 49! 56! 115 128 90 91 34! 50 142 57 143 116 144 129 145 43 97 52! 122 212 213 347 369 627(628! 629 630)'
export const HEADER_FIXT =
  'header Header 8! 9! 35! 1128 1156 1129 49! 56! 115 128 90 91 34! 50 142 57 143 116 144 129 145 43 97 52! 122 212 213 347 369 627(628! 629 630)'
export const TRAILER = 'trailer Trailer 93 89 10!'
