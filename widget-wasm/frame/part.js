// @ts-check
// Shared by the parts of the chat that are loaded when they are needed.

export const element = (name, className, text = '') => {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}

// A part waits for its style sheet before it is drawn.
export const style = (name) =>
  new Promise((resolve) => {
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = new URL(name, import.meta.url).href
    link.onload = link.onerror = resolve
    document.head.append(link)
  })

// Makes the chat check again how much room is left.
export const resized = () => dispatchEvent(new Event('resize'))
