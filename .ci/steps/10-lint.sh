npx --yes pnpm@12 lint
