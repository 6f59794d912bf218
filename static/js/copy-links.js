// Copies the address of a clause when its link is followed, and says so. Without this module the link is a link.

const status = document.createElement("p");
status.className = "toast";
status.setAttribute("role", "status");
document.body.append(status);

let timer;

for (const text of document.querySelectorAll("[data-copy-links]")) {
  text.addEventListener("click", async (event) => {
    const link = event.target.closest(".clause__link");
    if (!link || !navigator.clipboard) return;
    try {
      await navigator.clipboard.writeText(link.href);
    } catch {
      return; // the browser refused; the address bar has the link all the same
    }
    status.textContent = text.dataset.copyLinks;
    clearTimeout(timer);
    timer = setTimeout(() => (status.textContent = ""), 4000);
  });
}
