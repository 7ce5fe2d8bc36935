/** The face begins here: one lab over one transport, one tree of components. */
import { mount } from 'svelte'
import App from './App.svelte'
import { LabStore } from './lab.svelte.ts'
import './style/tokens.css'
import './style/base.css'
import './theme.svelte.ts'
import { chooseTransport } from './transport/choose.ts'

const target = document.getElementById('face')
if (target === null) throw new Error('index.html has no #face to mount on')

const lab = new LabStore(chooseTransport())
mount(App, { target, props: { lab } })
