/** All of them leave shadow trees, so that one listener on the page sees every widget. */
export class TravellingEvent extends Event {
  constructor(name: string, cancelable = true) {
    super(name, { bubbles: true, composed: true, cancelable })
  }
}
