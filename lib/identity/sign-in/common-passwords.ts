/** Parts of the most common passwords, in lower case; longer ones join and repeat these. */
export const COMMON_PARTS: readonly string[] = [
  "password passwort passw0rd kennwort geheim hallo schatz qwerty qwertz azerty qwertyuiop qwertzuiop asdfghjkl asdfgh",
  "zxcvbnm yxcvbnm qazwsx wsxedc edcrfv 1qaz2wsx 3edc4rfv 1q2w3e4r5t 1q2w3e4r q1w2e3r4 zaq12wsx abcdefghijkl abcdef abc",
  "1234567890 123456789 12345678 1234567 123456 12345 1234 123 0987654321 987654321 654321 4321 321 111111 000000 112233",
  "121212 123123 123321 666666 777777 888888 999999 696969 159753 147258369 147258 102030 2580 1004 2020 2021 2022 2023",
  "2024 2025 2026 2027 letmein welcome willkommen iloveyou loveyou lovely ichliebedich trustno1 admin administrator root",
  "user guest test testing demo sample default changeme change temp temporary secret secure security access login signin",
  "master monkey dragon football fussball baseball basketball soccer hockey superman batman spiderman starwars pokemon",
  "pikachu naruto minecraft computer internet google facebook samsung iphone microsoft windows linux server network data",
  "sunshine princess shadow michael jordan jessica jennifer charlie daniel andrew thomas martin stefan sommer winter",
  "summer spring autumn herbst fruehling januar januari february monday montag sonntag freedom freiheit whatever nothing",
  "hunter ranger buster harley killer tigger ginger pepper cheese cookie chocolate banana orange purple yellow flower",
  "butterfly angel jesus christ blessed family mother father mustang ferrari porsche mercedes corvette yamaha matrix",
  "blink182 liverpool chelsea arsenal barcelona bayern dortmund schalke deutschland germany berlin hamburg london",
  "correcthorsebatterystaple correct horse battery staple opensesame sesame startrek enterprise company firma office",
  "sealport regulator auditor coordinator provider miner client settlement escrow custodian transaction",
].flatMap((line) => line.split(" "));
