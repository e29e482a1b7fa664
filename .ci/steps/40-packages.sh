npx --yes pnpm@12 packages:check
