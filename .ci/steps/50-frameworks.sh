npx --yes pnpm@12 frameworks
