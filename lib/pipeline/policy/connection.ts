import { z } from "zod";
import { address, origin } from "@/lib/pipeline/policy/address";
import { exactlyOne, exactlyOneSchema } from "@/lib/pipeline/policy/exactly-one";
import { name } from "@/lib/pipeline/policy/name";
import { type SecretReference, secretReference } from "@/lib/pipeline/policy/secret-reference";
import { isRegistryHost } from "@/lib/pipeline/release/reference";

/** How to prove who Waybill is: a user name and password together, a token, or neither. All are references. */
export interface Credentials {
  username?: SecretReference;
  password?: SecretReference;
  token?: SecretReference;
}

/** An image registry. Credentials go to its own host and to the token services at `realms` (`host[:port]`) alone. */
export interface RegistryConnection extends Credentials {
  kind: "registry";
  /** Scheme, host and port. */
  url: string;
  realms: string[];
}

/** A cluster: by a kubeconfig, or the one that Waybill itself runs in. */
export interface KubernetesConnection {
  kind: "kubernetes";
  access: { kind: "kubeconfig"; kubeconfig: SecretReference; context?: string } | { kind: "inCluster" };
}

export interface PrometheusConnection extends Credentials {
  kind: "prometheus";
  url: string;
}

export type ConnectionSpec = RegistryConnection | KubernetesConnection | PrometheusConnection;
export type ConnectionKind = ConnectionSpec["kind"];

/** An outside system, and the projects that may use it by name. It holds references to secrets, never a secret. */
export type ConnectionDocument = { name: string; projects: string[] } & ConnectionSpec;

const credentialKeys = {
  username: secretReference.optional(),
  password: secretReference.optional(),
  token: secretReference.optional(),
};

function wholeCredentials(value: { [key in keyof Credentials]?: unknown }, context: z.RefinementCtx): void {
  const allowed = "username and password together, or token alone, or none of them";
  const refuse = (key: keyof Credentials, message: string) =>
    context.addIssue({ code: "custom", path: [key], message, params: { allowed } });
  if (value.token !== undefined && value.username !== undefined) refuse("token", "stands beside a user name");
  if (value.username !== undefined && value.password === undefined) refuse("username", "stands without a password");
  if (value.password !== undefined && value.username === undefined) refuse("password", "stands without a user name");
}

const registry = z
  .strictObject({
    url: origin,
    ...credentialKeys,
    realms: z
      .array(z.string().refine(isRegistryHost, { message: "is not a host" }).meta({ description: "host or host:port" }))
      .max(20)
      .default([])
      .meta({ description: "a list of hosts (host or host:port) of token services that may be sent the credentials" }),
  })
  .superRefine(wholeCredentials)
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

const prometheus = z
  .strictObject({ url: address, ...credentialKeys })
  .superRefine(wholeCredentials)
  .transform((value): PrometheusConnection => ({ kind: "prometheus", ...value }))
  .meta({ description: "a Prometheus, or what speaks its query API" });

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
      })
      .superRefine(exactlyOne("registry", "kubernetes", "prometheus"))
      .meta(exactlyOneSchema("registry", "kubernetes", "prometheus")),
  })
  .transform(({ metadata, spec }): ConnectionDocument => {
    // exactlyOne has passed by now, so one of the three is there.
    const connection = (spec.registry ?? spec.kubernetes ?? spec.prometheus) as ConnectionSpec;
    return { name: metadata.name, projects: spec.projects, ...connection };
  })
  .meta({ description: "an outside system that projects use by name; only an administrator may apply one" });
