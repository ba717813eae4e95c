import { cookies } from "next/headers";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { DeveloperTools } from "@/components/client/developer-tools";
import { LiveUpdates } from "@/components/client/live-updates";
import { DraftKeeper, Providers } from "@/components/client/providers";
import { SignOut } from "@/components/client/sign-out";
import { StepUpProvider } from "@/components/client/step-up";
import { FOLDS_COOKIE, foldsOf } from "@/components/layout/rail-groups";
import { Shell } from "@/components/layout/shell";
import { Words } from "@/components/messages/words";
import type { Principal } from "@/lib/context/principal";
import { readLogState } from "@/lib/http/health/read-rail";
import { railCounts, usesApi, viewerOf } from "@/lib/http/pages/viewer";
import { getRuntime } from "@/lib/runtime/slot";

interface PortalShellProps {
  readonly principal: Principal;
  /** Counts of the rail, where the page reads them anyway. */
  readonly counts?: ReturnType<typeof railCounts>;
  readonly children: ReactNode;
}

/** The frame of signed-in pages, with person and log. The home page at `/` uses it too. */
export async function PortalShell({ principal, counts: given, children }: PortalShellProps) {
  const [log, viewer, counts, isProgrammer, t, { demoFile }, jar] = await Promise.all([
    readLogState(),
    viewerOf(principal),
    given ?? railCounts(principal),
    usesApi(principal),
    getTranslations("portal"),
    getRuntime(),
    cookies(),
  ]);
  return (
    <Words namespaces={[]}>
      <Providers>
        <StepUpProvider demonstration={demoFile === undefined ? undefined : principal.handle}>
          <Shell
            viewer={viewer}
            state={{ ...counts, log }}
            folds={foldsOf(jar.get(FOLDS_COOKIE)?.value)}
            personLinks={
              <>
                <Link
                  href="/account/security"
                  prefetch={false}
                  className="min-h-touch py-3 underline-offset-4 hover:underline tablet:min-h-bar tablet:py-1"
                >
                  {t("places.account")}
                </Link>
                <SignOut />
              </>
            }
          >
            <DeveloperTools isOn={isProgrammer}>{children}</DeveloperTools>
          </Shell>
          <LiveUpdates />
          <DraftKeeper person={principal.handle} />
        </StepUpProvider>
      </Providers>
    </Words>
  );
}
