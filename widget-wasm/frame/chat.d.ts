// The parts of the WASM chat's glue (made by wasm-bindgen) that boot.js uses.

/** The visitor's token, once the server has sent a `welcome`. */
export const token: () => string | undefined
/** Starts the chat; `kept` is what is stored on the visitor's device, as JSON. */
export const start: (port: MessagePort, site: string | undefined, kept: string, page: string, open: boolean, about?: string) => void

export default function init(from: { module_or_path: URL }): Promise<unknown>
