"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { CallRefused, call, target } from "@/components/client/api";
import { endKeeping } from "@/components/client/kept-drafts";
import { announceSessionEnd } from "@/components/client/session-channel";
import { Icon } from "@/components/ui/icon";
import type { signOut } from "@/lib/api-client/operations/account";

const end = target<typeof signOut>("POST", "/confidential/account/sign-out");

/** Ends the session and loads the sign-in page as a new document, so that nothing of this page stays in memory. */
export function SignOut() {
  const t = useTranslations("portal.signOut");
  const [state, setState] = useState<"busy" | "failed" | undefined>();
  const leave = async () => {
    if (state === "busy") return;
    setState("busy");
    try {
      await call(end, { body: {} });
    } catch (error) {
      // A session that had ended already is as good as signed out.
      if (!(error instanceof CallRefused && error.problem.status === 401)) {
        setState("failed");
        return;
      }
    }
    announceSessionEnd();
    endKeeping();
    window.location.assign("/sign-in?done=signed-out");
  };
  return (
    <>
      <button
        type="button"
        onClick={leave}
        aria-busy={state === "busy" || undefined}
        className="flex min-h-touch w-full cursor-pointer items-center text-left underline-offset-4 hover:underline tablet:min-h-bar"
      >
        {t("action")}
      </button>
      <p role="status" className="text-note text-oxblood empty:hidden">
        {state === "failed" ? (
          <>
            <Icon name="warning" className="mr-1 inline" />
            {t("failed")}
          </>
        ) : null}
      </p>
    </>
  );
}
