// The WASM chat's glue, which wasm-bindgen makes: what boot.js uses of it.

/** The visitor's token, once the server has welcomed them. */
export const token: () => string | undefined
/** Starts the chat; `kept` is what was kept on the visitor's device, as JSON. */
export const start: (port: MessagePort, site: string | undefined, kept: string, page: string, open: boolean, about?: string) => void

export default function init(from: { module_or_path: URL }): Promise<unknown>
