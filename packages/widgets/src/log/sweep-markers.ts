/** So many may lie about before they are swept: not in every frame. */
const SLACK = 256

/**
 * `repeat` of lit 3.3.1 and later leaves an empty comment behind for each row it takes away (lit/lit#5298), and a log never ends.
 * A row lies between two comments of its own, and the first comment belongs to the list: what touches no row is nobody's.
 */
export function sweepMarkers(list: Node, rows: number): void {
  if (list.childNodes.length < 3 * rows + SLACK) return
  for (const node of [...list.childNodes].slice(1)) {
    const touches = node.previousSibling instanceof Element || node.nextSibling instanceof Element
    if (node instanceof Comment && !touches) node.remove()
  }
}
