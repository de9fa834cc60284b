import type { Message } from "@/lib/pipeline/notify/message";

/** The mail for whoever reads plain text. */
export function emailText(message: Message): string {
  return [
    message.title,
    "",
    message.summary,
    "",
    ...message.facts.map(({ name, value }) => `${name}: ${value}`),
    "",
    ...message.links.map(({ label, url }) => `${label}: ${url}`),
    "",
  ].join("\n");
}

const inks: Record<Message["tone"], string> = {
  neutral: "#1b1a17",
  good: "#17633e",
  warning: "#824e00",
  bad: "#a1221a",
};

/** The same with rules and links; no picture, nothing that is loaded from anywhere. */
export function emailHtml(message: Message): string {
  const facts = message.facts.map(
    ({ name, value }) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#655f52;vertical-align:top">${escapeHtml(name)}</td>` +
      `<td style="padding:2px 0;word-break:break-word">${escapeHtml(value)}</td></tr>`,
  );
  const links = message.links.map(
    ({ label, url }) => `<a href="${escapeHtml(url)}" style="color:#22449c">${escapeHtml(label)}</a>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(message.title)}</title></head>
<body style="margin:0;padding:16px;background:#fdfbf6;color:#1b1a17;font:14px/20px sans-serif">
<h1 style="margin:0;border-top:2px solid #1b1a17;padding-top:8px;font-size:16px;line-height:24px;color:${inks[message.tone]}">${escapeHtml(message.title)}</h1>
<p style="margin:8px 0 12px">${escapeHtml(message.summary)}</p>
<table role="presentation" style="border-collapse:collapse;border-top:1px solid #bdb39e;padding-top:8px">${facts.join("")}</table>
<p style="margin:16px 0 0">${links.join(" &nbsp;·&nbsp; ")}</p>
</body></html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
