import { call, csrfToken, send, target } from "@/components/client/api";
import { announceProof, type CameBack, takeWayBack } from "@/components/client/organisation-sign-in";
import type { TestSignIn } from "@/lib/administration/providers/schema";
import type { finishOwnProvider } from "@/lib/api-client/operations/account-provider";
import type { finishTestSignIn } from "@/lib/api-client/operations/administration/providers";

const FINISH_OWN = target<typeof finishOwnProvider>("POST", "/confidential/account/provider/finish");
const FINISH_TEST = target<typeof finishTestSignIn>(
  "POST",
  "/confidential/admin/organisations/{id}/provider/test/finish",
);

/** What follows the return from a provider: another page, a window that can be closed, or the result of a test. */
export type Finished =
  | { readonly kind: "go"; readonly to: string }
  | { readonly kind: "close" }
  | { readonly kind: "tested"; readonly result: TestSignIn; readonly to: string };

async function signIn(path: string, { returned }: CameBack): Promise<void> {
  await send("POST", path, { body: { csrf_token: await csrfToken(), returned } });
}

/** A test goes back to the organisation that it began at; its id is the last part of that path. */
async function finishTest({ returned }: CameBack, to: string): Promise<Finished> {
  const id = to.split("/").at(-1) ?? "";
  return { kind: "tested", result: await call(FINISH_TEST, { params: { id }, body: { returned } }), to };
}

/** Hands the provider's answer to the portal. Throws CallRefused and NetworkLost. */
export async function finishReturn(back: CameBack): Promise<Finished> {
  const to = takeWayBack();
  switch (back.purpose) {
    case "sign-in":
      await signIn("/api/auth/callback/organisation", back);
      return { kind: "go", to: to ?? "/" };
    case "invitation":
      await signIn("/api/auth/callback/invitation/organisation", back);
      return { kind: "go", to: to ?? "/account/security" };
    case "link":
      await call(FINISH_OWN, { body: { returned: back.returned } });
      return { kind: "go", to: "/account/security" };
    case "step-up":
      await call(FINISH_OWN, { body: { returned: back.returned } });
      announceProof();
      return { kind: "close" };
    case "test":
      return finishTest(back, to ?? "/organisations");
  }
}
