import type { Metadata } from "next";
import { headers } from "next/headers";
import Link from "next/link";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { safePath } from "@/app/sign-in/_components/safe-path";
import { SignInDesk } from "@/app/sign-in/_components/sign-in-desk";
import { Mark } from "@/components/layout/mark";
import { Words } from "@/components/messages/words";
import { Notice } from "@/components/ui/states";
import { currentPrincipal } from "@/lib/http/pages/page";
import { hasOrganisationSignIn } from "@/lib/identity/providers/sign-in-with-provider";
import { readDemonstration } from "@/lib/identity/sign-in/demonstration";
import { getRuntime } from "@/lib/runtime/slot";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("signin"))("title") };
}

function Head({ title, lead, notice }: { title: string; lead: string; notice: string | undefined }) {
  return (
    <>
      <Link
        href="/"
        prefetch={false}
        className="-ml-1 flex min-h-touch items-center gap-3 self-start px-1 font-semibold text-lead tracking-tight"
      >
        <Mark size={28} />
        Sealport
      </Link>
      <h1 className="mt-8 font-semibold text-title tracking-tight">{title}</h1>
      <p className="mt-1 text-body text-ink-2">{lead}</p>
      {notice === undefined ? null : (
        <Notice tone="accent" icon="check" className="mt-4 max-w-[376px]">
          {notice}
        </Notice>
      )}
    </>
  );
}

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const [query, head, runtime, t] = await Promise.all([
    searchParams,
    headers(),
    getRuntime(),
    getTranslations("signin"),
  ]);
  const to = safePath(query.to);
  const [principal, demonstration, hasOrganisations] = await Promise.all([
    currentPrincipal(),
    readDemonstration(runtime, head.get("host")),
    hasOrganisationSignIn(runtime),
  ]);
  const wanted = demonstration?.people.find(({ handle }) => handle === query.as);
  // A signed-in person may sign in as another: this ends the browser's present session.
  if (principal !== undefined && (wanted === undefined || wanted.handle === principal.handle)) redirect(to);
  const link = "underline underline-offset-4";
  return (
    <Words namespaces={["signin"]}>
      <SignInDesk
        to={to}
        origin={runtime.site.origin}
        hasOrganisations={hasOrganisations}
        demonstration={demonstration}
        wanted={wanted?.handle}
        head={
          <Head
            title={t("title")}
            lead={t("lead")}
            notice={
              principal !== undefined
                ? t("signedInAs", { name: principal.name, other: wanted?.name ?? "" })
                : query.done === "signed-out"
                  ? t("signedOut")
                  : undefined
            }
          />
        }
        foot={
          <p className="text-ink-2 text-note">
            {t.rich("foot", {
              trust: (text) => (
                <Link href="/trust" prefetch={false} className={link}>
                  {text}
                </Link>
              ),
              status: (text) => (
                <Link href="/status" prefetch={false} className={link}>
                  {text}
                </Link>
              ),
            })}
          </p>
        }
      />
    </Words>
  );
}
