import { cookies } from "next/headers";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Section } from "@/components/ui/section";
import type { Principal } from "@/lib/context/principal";
import type { Need } from "@/lib/home/schema";
import { HideGuide } from "./hide-guide";

/** Says that the first steps are hidden in this browser. */
const GUIDE_COOKIE = "guide";

type Guide =
  | "regulator"
  | "auditor"
  | "participant"
  | "admin"
  | "support"
  | "coordinator"
  | "compliance"
  | "executive"
  | "emergency";

/** Returns the guide of Help that fits the person: by role, and for coordinators by duty. */
export function guideOf({ role, duties }: Pick<Principal, "role" | "duties">): Guide | undefined {
  if (role === "client" || role === "miner") return "participant";
  if (role !== "coordinator") return role;
  if (duties.includes("legal") || duties.includes("approve")) return "coordinator";
  if (duties.includes("support")) return "support";
  if (duties.includes("compliance") || duties.includes("privacy")) return "compliance";
  if (duties.includes("executive")) return "executive";
  return duties.includes("break-glass") ? "emergency" : undefined;
}

export const STEPS = ["1", "2", "3"] as const;

/** Returns the steps of a guide that are left to do: a participant registers a key once. */
export function stepsOf(guide: Guide, needs: readonly Pick<Need, "kind">[]): (typeof STEPS)[number][] {
  const hasKey = guide === "participant" && !needs.some(({ kind }) => kind === "key_missing");
  return STEPS.filter((step) => !(hasKey && step === "1"));
}

/** The steps of a person who is here for the first time, until they hide them. Help keeps them. */
export async function FirstUse({ principal, needs }: { principal: Principal; needs: readonly Need[] }) {
  const guide = guideOf(principal);
  const isHidden = (await cookies()).get(GUIDE_COOKIE)?.value === "hidden";
  if (guide === undefined || isHidden) return null;
  const t = await getTranslations("home.first");
  const help = await getTranslations("help.roles");
  return (
    <Section title={t("title")} action={<HideGuide cookie={GUIDE_COOKIE} />} className="mt-8">
      <ol className="mt-2 max-w-[80ch] list-decimal pl-5 text-body">
        {stepsOf(guide, needs).map((step) => (
          <li key={step} className="py-1">
            {help(`${guide}.${step}`)}
          </li>
        ))}
      </ol>
      <p className="mt-1">
        <Link
          href="/help#roles"
          prefetch={false}
          className="inline-flex min-h-[24px] items-center text-control underline underline-offset-4"
        >
          {t("more")}
        </Link>
      </p>
    </Section>
  );
}
