import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function AsideLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["keeping.quarantine"]}>{children}</Words>;
}
