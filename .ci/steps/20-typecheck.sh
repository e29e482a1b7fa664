npx --yes pnpm@12 typecheck
