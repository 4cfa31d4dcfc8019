// @ts-check
// What the parts of the chat share that are loaded when they are needed.

export const element = (name, className, text = '') => {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}

// A part is drawn once its style is there.
export const style = (name) =>
  new Promise((resolve) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = new URL(name, import.meta.url).href
    link.onload = link.onerror = resolve
    document.head.append(link)
  })

// Has the chat look again at the room that is left.
export const resized = () => dispatchEvent(new Event('resize'))
