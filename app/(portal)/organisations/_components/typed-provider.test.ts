import { describe, expect, it } from "vitest";
import {
  NEW_PROVIDER,
  sentOf,
  type TypedProvider,
  typedOf,
} from "@/app/(portal)/organisations/_components/typed-provider";
import { ProviderChange } from "@/lib/administration/providers/schema";

const TYPED: TypedProvider = {
  ...NEW_PROVIDER,
  issuer: " https://login.agency.example/realms/staff ",
  client: "sealport",
  secret: "a secret with spaces ",
  domains: "Agency.example\nagency.example\n",
  amr: "mfa\notp",
  mapping: "sealport-officers; regulator\nsealport-legal; Coordinator; legal, Approve",
  reason: "Officers sign in at home.",
};

describe("a provider as it is typed", () => {
  it("is read line by line, with domains in small letters and the secret to the letter", () => {
    const sent = ProviderChange.parse(sentOf(TYPED));
    expect(sent).toMatchObject({
      issuer: "https://login.agency.example/realms/staff",
      client_secret: "a secret with spaces ",
      domains: ["agency.example"],
      amr: ["mfa", "otp"],
      max_age: 3600,
      mapping: [
        { value: "sealport-officers", role: "regulator", duties: [] },
        { value: "sealport-legal", role: "coordinator", duties: ["legal", "approve"] },
      ],
    });
  });

  it("keeps the present secret where none is typed", () => {
    expect(sentOf({ ...TYPED, secret: "" })).not.toHaveProperty("client_secret");
    expect(sentOf({ ...TYPED, way: "private_key" })).not.toHaveProperty("client_secret");
  });

  it("is refused without a second factor, with an unknown role, and with minutes that are not a number", () => {
    for (const wrong of [
      { amr: "", acr: "" },
      { mapping: "officers; king" },
      { minutes: "soon" },
      { mapping: "" },
    ])
      expect(ProviderChange.safeParse(sentOf({ ...TYPED, ...wrong })).success).toBe(false);
  });

  it("is typed again as it was agreed, but for the secret", () => {
    const { reason: _reason, client_secret: _secret, ...agreed } = ProviderChange.parse(sentOf(TYPED));
    const typed = typedOf({ ...agreed, jwks: null, changed_at: "2026-11-29T12:00:00Z" });
    expect(typed.secret).toBe("");
    expect(sentOf({ ...typed, reason: "again" })).toMatchObject(agreed);
  });
});
