import { z } from "zod";
import { address, origin } from "@/lib/pipeline/policy/address";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { type HttpConnection, http } from "@/lib/pipeline/policy/http-connection";
import { isLoopback, type Login, wholeLogin } from "@/lib/pipeline/policy/login";
import { type SlackConnection, type SmtpConnection, slack, smtp } from "@/lib/pipeline/policy/message-connection";
import { name } from "@/lib/pipeline/policy/name";
import { type SecretReference, secretReference } from "@/lib/pipeline/policy/secret-reference";
import { isRegistryHost } from "@/lib/pipeline/release/reference";

/** An image registry. Credentials go to its own host and to the token services at `realms` alone. */
export interface RegistryConnection extends Login {
  kind: "registry";
  /** Scheme, host and port. */
  url: string;
  /** `host[:port]`. */
  realms: string[];
  /** `host[:port]` to which it may redirect a read; they are never sent credentials. */
  redirectHosts: string[];
  /** True where somebody agreed to plain http beyond this machine. */
  insecureHttp: boolean;
}

/** A cluster: by a kubeconfig, or the one that Waybill itself runs in. */
export interface KubernetesConnection {
  kind: "kubernetes";
  access: { kind: "kubeconfig"; kubeconfig: SecretReference; context?: string } | { kind: "inCluster" };
}

export interface PrometheusConnection extends Login {
  kind: "prometheus";
  url: string;
  /** A bearer token in place of user name and password. */
  token?: SecretReference;
}

/** Where alerts are grouped, silenced and inhibited. */
export interface AlertmanagerConnection extends Login {
  kind: "alertmanager";
  url: string;
  token?: SecretReference;
}

export type ConnectionSpec =
  | RegistryConnection
  | KubernetesConnection
  | PrometheusConnection
  | AlertmanagerConnection
  | SlackConnection
  | SmtpConnection
  | HttpConnection;
export type ConnectionKind = ConnectionSpec["kind"];

/** An outside system, and the projects that may use it by name. It holds references to secrets, never a secret. */
export type ConnectionDocument = { name: string; projects: string[] } & ConnectionSpec;

const hosts = z
  .array(z.string().refine(isRegistryHost, { message: "is not a host" }).meta({ description: "host or host:port" }))
  .max(20)
  .default([]);

const registry = z
  .strictObject({
    url: origin,
    username: secretReference.optional(),
    password: secretReference.optional(),
    realms: hosts.meta({
      description: "a list of hosts (host or host:port) of token services that may be sent the credentials",
    }),
    redirectHosts: hosts.meta({
      description: "a list of hosts (host or host:port) to which the registry may redirect a read",
    }),
    insecureHttp: z
      .boolean()
      .default(false)
      .meta({ description: "true to allow plain http beyond this machine, or false" }),
  })
  .superRefine(wholeLogin)
  .superRefine((value, context) => {
    if (!URL.canParse(value.url) || value.insecureHttp) return;
    const url = new URL(value.url);
    if (url.protocol !== "http:" || isLoopback(url.hostname)) return;
    context.addIssue({
      code: "custom",
      path: ["url"],
      message: "is plain http, so that anyone on the way could read the credentials and change the images",
      params: { allowed: "https://, or insecureHttp: true beside it" },
    });
  })
  .transform((value): RegistryConnection => ({ kind: "registry", ...value }))
  .meta({ description: "an image registry that speaks the OCI distribution protocol" });

const kubernetes = z
  .strictObject({
    kubeconfig: secretReference.optional(),
    context: z.string().min(1).max(253).meta({ description: "the name of a context in the kubeconfig" }).optional(),
    inCluster: z.literal(true).meta({ description: "true" }).optional(),
  })
  .superRefine(exactlyOne("kubeconfig", "inCluster"))
  .superRefine((value, context) => {
    if (value.context === undefined || value.inCluster === undefined) return;
    context.addIssue({
      code: "custom",
      path: ["context"],
      message: "has no meaning beside inCluster",
      params: { allowed: "context together with kubeconfig" },
    });
  })
  .transform((value): KubernetesConnection => {
    const { kubeconfig, context } = value;
    if (kubeconfig === undefined) return { kind: "kubernetes", access: { kind: "inCluster" } };
    const access = { kind: "kubeconfig" as const, kubeconfig, ...(context === undefined ? {} : { context }) };
    return { kind: "kubernetes", access };
  })
  .meta({ description: "a cluster", ...exactlyOneSchema("kubeconfig", "inCluster") });

const source = z
  .strictObject({
    url: address,
    username: secretReference.optional(),
    password: secretReference.optional(),
    token: secretReference.optional(),
  })
  .superRefine(wholeLogin)
  .superRefine((value, context) => {
    if (value.token === undefined || value.username === undefined) return;
    const allowed = "username and password together, or token alone, or none of them";
    context.addIssue({ code: "custom", path: ["token"], message: "stands beside a user name", params: { allowed } });
  });

const prometheus = source
  .transform((value): PrometheusConnection => ({ kind: "prometheus", ...value }))
  .meta({ description: "a Prometheus, or what speaks its query API" });

const alertmanager = source
  .transform((value): AlertmanagerConnection => ({ kind: "alertmanager", ...value }))
  .meta({ description: "an Alertmanager, asked whether alerts fire" });

const kinds = ["registry", "kubernetes", "prometheus", "alertmanager", "slack", "smtp", "http"] as const;

/** A whole document of kind Connection, as it stands in the file, read into a ConnectionDocument. */
export const connectionDocument = z
  .strictObject({
    apiVersion: z.literal("waybill.dev/v1"),
    kind: z.literal("Connection"),
    metadata: z.strictObject({ name }),
    spec: z
      .strictObject({
        projects: z.array(name).min(1).meta({ description: "a list of at least one project that may use it" }),
        registry: registry.optional(),
        kubernetes: kubernetes.optional(),
        prometheus: prometheus.optional(),
        alertmanager: alertmanager.optional(),
        slack: slack.optional(),
        smtp: smtp.optional(),
        http: http.optional(),
      })
      .superRefine(exactlyOne(...kinds))
      .meta(exactlyOneSchema(...kinds)),
  })
  .transform(({ metadata, spec }): ConnectionDocument => {
    // exactlyOne has passed by now, so one of them is there.
    const connection = kinds.map((kind) => spec[kind]).find((one) => one !== undefined) as ConnectionSpec;
    return { name: metadata.name, projects: spec.projects, ...connection };
  })
  .meta({ description: "an outside system that projects use by name; only an administrator may apply one" });
