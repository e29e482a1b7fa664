import '@sluice/widgets/define.js'
import type {} from '@sluice/widgets/react'
import './desk.css'
import { createRoot } from 'react-dom/client'
import { Desk } from './desk.tsx'

createRoot(document.getElementById('app') as HTMLElement).render(<Desk />)
