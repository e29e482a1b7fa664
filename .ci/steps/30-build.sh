npx --yes pnpm@12 build
