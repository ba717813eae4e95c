import { z } from "zod";

const Text = z.string().min(1).max(8192);

/** What a provider sends back with the browser. Other members are left out by the page. */
export const ReturnedBody = z.strictObject({
  state: z.string().min(1).max(200),
  code: Text.optional(),
  iss: z.string().max(2048).optional(),
  /** The provider's own code of its refusal, such as access_denied. */
  error: z.string().max(200).optional(),
});
export type ReturnedBody = z.infer<typeof ReturnedBody>;

/** The address at the provider to send the browser to. */
export const Departed = z.object({ url: z.string() });
export type Departed = z.infer<typeof Departed>;

/** Begins a sign-in by the domain of the address. */
export const ProviderSignInStart = z.strictObject({ email: z.string().min(3).max(254) });

export const ProviderSignInReturn = z.strictObject({
  csrf_token: z.string().max(200),
  returned: ReturnedBody,
});

/** Why a signed-in person is sent to their provider. */
export const OwnPurpose = z.enum(["link", "step-up"]);
export const OwnStart = z.strictObject({ purpose: OwnPurpose });
export const OwnReturn = z.strictObject({ returned: ReturnedBody });
export const OwnDone = z.object({ purpose: OwnPurpose, proved_at: z.string() });
export type OwnDone = z.infer<typeof OwnDone>;
