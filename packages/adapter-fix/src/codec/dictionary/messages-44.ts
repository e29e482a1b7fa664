import { HEADER_44, LOGON_44, SESSION_MESSAGES, TRAILER } from './session-fields.ts'

const SINGLE =
  '@Allocations 63 64 544 635 HANDLING 18 110 111 100 @Sessions @Instrument @FinancingDetails @Underlyings 54! 114 60! 854 @OrderQuantity 40! 423 44 99 @Spread @Yield @Peg @Discretion @Strategy 376 377 15 @Expiry @Commission 528 529 582 121 120 775 @Text 193 192 640 77 203 210 480 481 513 494'

/** The application messages, before the blocks of a version are put in; 5.0SP2 names what it adds. */
export function orderMessages(extra: Readonly<Record<'single' | 'report' | 'small', string>>, handling: string): string {
  const single = `${SINGLE.replace('HANDLING', handling)} ${extra.single}`
  return `
D NewOrderSingle 11! 526 583 @Parties 229 75 1 660 581 589 590 591 70 81 140 @Stipulations 23 117 ${single}
F OrderCancelRequest 41! 37 11! 526 583 66 586 1 660 581 @Parties @Instrument @FinancingDetails @Underlyings 54! 60! @OrderQuantity 376 @Text ${extra.small}
G OrderCancelReplaceRequest 37 @Parties 229 75 41! 11! 526 583 66 586 1 660 581 589 590 591 70 ${single}
H OrderStatusRequest 37 11! 526 583 @Parties 1 660 790 @Instrument @FinancingDetails @Underlyings 54! ${extra.small}
AF OrderMassStatusRequest 584! 585! @Parties 1 660 336 625 @Instrument~ 711(311! 312 309 305) 54 ${extra.small}
q OrderMassCancelRequest 11! 526 530! 336 625 @Instrument~ 711(311! 312 309 305) 54 60! @Text ${extra.small}
Q DontKnowTrade 37! 198 17! 127! @Instrument @Underlyings 54! @OrderQuantity 32 31 @Text ${extra.small}
8 ExecutionReport 37! 198 526 527 11 41 583 693 790 584 911 912 @Parties 229 @Contras 66 548 551 17! 19 150! 39! 636 103 378 1 660 581 589 590 591 63 64 544 635 @Instrument @FinancingDetails @Underlyings 54! @Stipulations 854 @OrderQuantity 40 423 44 99 @Peg @Discretion 839 845 @Strategy 850 376 377 15 @Expiry 18 528 529 582 32 652 31 651 669 194 195 30 336 625 943 29 151! 14! 6! 424 425 426 75 60 113 @Commission @Spread @Yield 381 157 230 158 159 738 920 921 922 258 259 237 238 118 119 120 155 156 21 110 111 77 210 775 @Text 193 192 640 641 442 480 481 513 494 483 797 851 @Fees ${extra.report}
9 OrderCancelReject 37! 198 526 11! 583 41! 39! 636 586 66 1 660 581 229 75 60 434! 102 @Text ${extra.small}
r OrderMassCancelReport 11 526 37! 198 530! 531! 532 533 534(41! 535 536) 336 625 @Instrument~ 711(311! 312 309 305) 54 60 @Text ${extra.small}
B News 42 61 148! 358 359 215(216! 217) 33!(58! 354 355) 149 95 96 ${extra.small}
h TradingSessionStatus 335 336! 625 338 339 325 340! 567 341 342 343 344 345 387 @Text ${extra.small}
j BusinessMessageReject 45 372! 379 380! @Text ${extra.small}
`
}

/** Order routing of FIX 4.4; a tilde after a block makes all of its fields optional. */
export const MESSAGES_44: string = `
${HEADER_44}
${TRAILER}
${LOGON_44}
${SESSION_MESSAGES}
${orderMessages({ single: '', report: '', small: '' }, '21')}
`
