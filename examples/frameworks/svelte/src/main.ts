import '@sluice/widgets/define.js'
import type {} from '@sluice/widgets/svelte'
import './desk.css'
import { mount } from 'svelte'
import Desk from './desk.svelte'

mount(Desk, { target: document.getElementById('app') as HTMLElement })
