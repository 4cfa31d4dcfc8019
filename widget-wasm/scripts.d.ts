// Globals that the widget's scripts use and no script declares.

/** The inbox's settings: the server writes them in the loader (server/src/widget/loader.rs). */
declare const PORCHLIGHT_SETTINGS: { inbox: string; name: string; color: string; origin: string }
/** The loader's style sheet: the build writes it (bundle/src/texts.rs). */
declare const PORCHLIGHT_STYLE: string

interface Window {
  SupportChat?: any
  /** Opens a connection to the server: a WebSocket, or a substitute. */
  porchlightConnect: () => any
  /** The files that go with the next message, as JSON; undefined while one is uploading. */
  porchlightPicked: (take?: boolean) => string | undefined
  porchlightShow: (place: Element, list: string) => void
  porchlightAway: () => void
  /** Formats a time. `when`: 0 the day, 1 the time, 2 both. */
  porchlightDate: (at: number, when: number) => string
}
