import { headers } from "next/headers";
import Link from "next/link";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Providers } from "@/components/client/providers";
import { Shell } from "@/components/layout/shell";
import { Words } from "@/components/messages/words";
import { readHealth } from "@/lib/http/health";
import { currentPrincipal } from "@/lib/http/page";
import { viewerOf } from "@/lib/http/viewer";

/** Everything signed-in people see. Who is not signed in goes to the sign-in page and comes back. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  const [principal, health, head] = await Promise.all([currentPrincipal(), readHealth(), headers()]);
  if (principal === undefined) {
    const to = head.get("x-path") ?? "/";
    redirect(`/sign-in?to=${encodeURIComponent(to)}`);
  }
  const [viewer, t] = await Promise.all([viewerOf(principal), getTranslations("portal")]);
  return (
    <Words namespaces={[]}>
      <Providers>
        <Shell
          viewer={viewer}
          counts={{}}
          log={{
            size: health.log.size,
            signedAt: health.log.last_checkpoint_at,
            witness: health.log.witness,
          }}
          personLinks={
            <Link
              href="/account/security"
              prefetch={false}
              className="min-h-touch py-3 underline-offset-4 hover:underline tablet:min-h-bar tablet:py-1"
            >
              {t("places.account")}
            </Link>
          }
        >
          {children}
        </Shell>
      </Providers>
    </Words>
  );
}
