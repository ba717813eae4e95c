import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function HoldsLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["keeping.holds"]}>{children}</Words>;
}
