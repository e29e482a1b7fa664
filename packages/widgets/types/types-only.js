// Types alone: these entries say nothing at run time.
export {}
