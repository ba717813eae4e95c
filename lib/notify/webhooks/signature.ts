import "server-only";
import { createHmac } from "node:crypto";
import { randomBytes } from "@/lib/crypto/primitives";

const SECRET_BYTES = 32;
const PREFIX = "whsec_";

/** 32 random bytes, the length that Standard Webhooks 1.0 names for HMAC-SHA-256. */
export function newSecret(): Uint8Array {
  return randomBytes(SECRET_BYTES);
}

/** A secret as its receiver is given it: `whsec_` and base64 with padding (Standard Webhooks 1.0, "Signature scheme"). */
export function secretText(secret: Uint8Array): string {
  return `${PREFIX}${Buffer.from(secret).toString("base64")}`;
}

/** The header `webhook-id`; a repetition and a replay carry the same one. */
export function messageId(deliveryId: string): string {
  return `msg_${deliveryId.replaceAll("-", "")}`;
}

export interface Message {
  readonly id: string;
  /** Seconds since 1970 of this attempt. */
  readonly timestamp: number;
  readonly body: string;
}

function signatureOf({ id, timestamp, body }: Message, secret: Uint8Array): string {
  return `v1,${createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

/** Headers of Standard Webhooks 1.0: one signature by each secret, so that a receiver may hold the old or the new one. */
export function signedHeaders(message: Message, secrets: readonly Uint8Array[]): Record<string, string> {
  return {
    "content-type": "application/json",
    "webhook-id": message.id,
    "webhook-timestamp": String(message.timestamp),
    "webhook-signature": secrets.map((secret) => signatureOf(message, secret)).join(" "),
  };
}

/** The context that the keystore binds a sealed secret to: it opens for this webhook alone. */
export function secretContext(webhookId: string): string {
  return `webhook:${webhookId}`;
}
