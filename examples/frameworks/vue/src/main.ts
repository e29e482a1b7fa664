import '@sluice/widgets/define.js'
import type {} from '@sluice/widgets/vue'
import './desk.css'
import { createApp } from 'vue'
import Desk from './desk.vue'

createApp(Desk).mount('#app')
