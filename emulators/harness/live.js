// Keeps a page up to date: asks every two seconds whether the page would look different now. It
// loads the page anew unless somebody is writing on it, and says so then.
(() => {
  const fields = [...document.querySelectorAll('main input, main select, main textarea')]
  const shown = f => f.type === 'checkbox' ? f.checked : f.type === 'file' ? f.files.length : f.value
  const before = fields.map(shown)
  const writing = () => fields.includes(document.activeElement) || fields.some((f, n) => shown(f) !== before[n])
  document.documentElement.classList.add('live')
  setInterval(async () => {
    if (document.hidden) return
    try {
      const answer = await fetch(location.href, {method: 'HEAD', cache: 'no-store'})
      if (answer.ok && answer.headers.get('ETag') === document.body.dataset.version) return
    } catch {
      return // the emulator is away: what is shown stays
    }
    if (!writing()) return location.reload()
    document.getElementById('changed').hidden = false
  }, 2000)
})()
