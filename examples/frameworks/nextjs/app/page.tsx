export default function Page() {
  return <main><h1>Sluice on Next.js</h1><p>Orders are placed under <code>/api/v1/execution</code>.</p></main>
}
