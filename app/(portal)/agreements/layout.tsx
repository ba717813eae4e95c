import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function AgreementsLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["administration.agreements.acts", "administration.link"]}>{children}</Words>;
}
