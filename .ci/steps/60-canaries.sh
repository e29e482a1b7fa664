npx --yes pnpm@12 canaries
