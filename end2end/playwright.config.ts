import { defineConfig } from '@playwright/test'

const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const SHIPPED = ['**/budgets.spec.ts', '**/one-file.spec.ts']

export default defineConfig({
  testDir: 'tests',
  globalSetup: './support/prepare.ts',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  // Each test has its own server, and test machines are small.
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell', args },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // A trace costs as much time as the test: TRACE=1 keeps those of failed tests.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
  // Tests of the program as it ships: its size, and that it needs nothing else.
  projects: [
    { name: 'everything', testIgnore: SHIPPED },
    { name: 'shipped', testMatch: SHIPPED },
  ],
})
