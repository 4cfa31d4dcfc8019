// Not a test: `npm run shots` writes screenshots of every state to shots/, to look at.
import { defineConfig } from '@playwright/test'
import tests from './playwright.config.ts'

export default defineConfig({ ...tests, testDir: 'looks', timeout: 180_000, projects: undefined })
