import { setFlagsFromString } from 'node:v8'

// The journal's thread is started from its source here, whose types Node strips by WebAssembly. Where two threads of one process do that, V8 (13.6)
// sometimes frees the compiled form of a call out of WebAssembly twice, and ends the process ("jit_page.has_value()"): about once in some
// thousand threads. Calls are never compiled with such a budget. Built packages have no types to strip.
setFlagsFromString('--wasm-wrapper-tiering-budget=2147483647')
