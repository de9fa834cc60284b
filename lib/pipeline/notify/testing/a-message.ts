import type { Message } from "@/lib/pipeline/notify/message";

/** Text that every medium would read as something else, were it not escaped. */
export const hostile = `<!channel> <https://evil.example|click> & "q" 'a' *b* _i_ [x](https://evil.example) {{DATE(2026)}} <script>`;

/** A message that asks for an approval; its facts hold whatever somebody wrote. */
export function aMessage(over: Partial<Message> = {}): Message {
  return {
    occasion: "approval.requested",
    project: "shop",
    title: "Approval asked: api v1.1.0 → production",
    summary: "Rita asks for a yes to exactly this plan.",
    tone: "neutral",
    urgent: false,
    facts: [
      { name: "environment", value: "production" },
      { name: "because", value: hostile },
    ],
    links: [{ label: "Open this plan", url: "https://waybill.example.com/approvals/shop-1?plan=ab&x=1" }],
    at: "2026-03-01T10:00:00.000Z",
    promotion: null,
    environment: "production",
    answerable: { promotion: "shop-1", planHash: "ab".repeat(32) },
    ...over,
  };
}
