// The same stream in AG Grid Community, as its manual recommends for fast updates: transactions in batches.
import { AllCommunityModule, createGrid, ModuleRegistry } from 'ag-grid-community'
import { expose, isOpen, ROWS, SYMBOLS, timeAt } from '../../widgets/stream.ts'

ModuleRegistry.registerModules([AllCommunityModule])

const rows = Array.from({ length: ROWS }, (_none, index) => ({
  id: `o${index}`, time: timeAt(index), symbol: SYMBOLS[index % 8] ?? '', side: index % 3 === 0 ? 'sell' : 'buy', quantity: 100_000_000, price: `${100 + (index % 400)}.5`, status: isOpen(index) ? 'new' : 'canceled', filled: 0, average: '',
}))
let api
const host = document.createElement('div')

expose({
  start: async (arranged) => {
    host.style.cssText = 'height: 600px; width: 900px'
    document.body.append(host)
    api = createGrid(host, {
      rowData: rows, getRowId: ({ data }) => data.id, rowHeight: 32, asyncTransactionWaitMillis: 16, animateRows: false, defaultColDef: { width: 112 },
      columnDefs: [
        { field: 'time', width: 104 }, { field: 'symbol' }, { field: 'side' }, { field: 'quantity' }, { field: 'price' }, { field: 'status', filter: 'agTextColumnFilter' },
        { field: 'filled', filter: 'agNumberColumnFilter' }, { field: 'average' },
      ],
    })
    await new Promise((resolve) => { setTimeout(resolve, 800) })
    if (!arranged) return
    await api.setColumnFilterModel('status', { type: 'notEqual', filter: 'canceled' })
    api.onFilterChanged()
    api.applyColumnState({ state: [{ colId: 'filled', sort: 'desc' }] })
    await new Promise((resolve) => { setTimeout(resolve, 400) })
  },
  push: (updates) => {
    const update = updates.map(({ index, filled, price }) => {
      const row = { ...rows[index], status: 'partially_filled', filled, average: price }
      rows[index] = row
      return row
    })
    api?.applyTransactionAsync({ update })
  },
  seen: () => [...host.querySelectorAll('[col-id=filled]')].map((cell) => cell.textContent).join('|'),
})
