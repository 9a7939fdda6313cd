"""The words that generated projects are made of."""

from random import Random


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


ADJECTIVES = _listed(
    "amber ancient annual autumn azure basic blunt bold brief bright broad bronze calm central civic clear coastal "
    "cold common copper coral cosmic crisp daily dark deep distant double dusty early eastern elder empty exact "
    "fair famous final firm first fleet floral fond formal fresh gentle giant gilded global golden grand green "
    "happy hidden high hollow humble inner iron ivory jolly joint keen kind late lean light linen little lively "
    "local lone loyal lunar major maple marble mellow merry mild minor misty mobile modern narrow near noble "
    "northern novel oak odd olive open outer pale patient plain polar proud pure quick quiet rapid rare ready red "
    "regal remote rich rough round royal rural rustic sage scarlet sharp short silent silver simple single slow "
    "small smooth snowy soft solar solid southern spare stable steady steep still stout sunny swift tall tame "
    "tender thin tidy tiny true upper urban vast velvet vivid warm western wide wild wise wooden young"
)
NOUNS = _listed(
    "account address agenda agent album alert almanac anchor answer archive article asset atlas auction badge "
    "ballot banner basket batch beacon bench bid bill binder booking border bottle box branch bridge brief brush "
    "budget building bundle cabin cable camera campaign canal card cargo carrier cart case catalog ceiling cellar "
    "chapter charge chart choice circle claim client clinic clock closet club coach coin colony column comment "
    "committee contract convoy corner counter coupon course crate crew cycle dairy deal delivery depot desk device "
    "diary dinner dispatch district dock document domain draft drawer drill driver edition engine entry episode "
    "errand estate event exhibit expense factory farm feature ferry field figure file filter fixture flag fleet "
    "flight floor folder forecast format forum garden gate gift goal grant group guest guide hall harbor haul "
    "header hearing heater helper hotel house index inquiry invoice island issue item jacket jersey journal journey "
    "kettle key kitchen label ladder lamp lease ledger lesson letter level library license line list loan lobby "
    "locker lounge magazine mailbox manual map market matter meadow measure medal meeting member memo menu "
    "merchant message meter method minute mirror model module motor museum network notebook notice number object "
    "offer office orchard order organ outlet package page panel parcel park parking partner party patrol "
    "payment permit phase photo pier pilot pipeline place plan plant plaza pledge pocket point policy pool portal "
    "poster prize process product profile program project prompt proof quarter query quota quote rack ramp range "
    "rate receipt recipe record refund region relay release remark repair report request reserve resort result "
    "review ribbon road room roster route rule saddle sample schedule school scope season seat segment "
    "series service session shelf shift ship shop signal site sketch slot snapshot source spot stage stamp station "
    "step stock storage story stream studio subject summit supply survey switch symbol table tag target task "
    "team tenant terminal test theater thread ticket timer token tool topic tour tower track trade trail trainer "
    "transfer travel trip tunnel unit update vault vendor venue version vessel visit volume vote voucher wagon "
    "wallet warehouse warranty watch window workshop yard zone"
)
PROPERTIES = _listed(
    "amount author capacity category city colour comment contact country currency deadline depth description "
    "details email fee floor hint kind language length limit location mark nickname note number owner phone "
    "postcode price priority quantity rating reason reference remark score size source stage start street subject "
    "summary supplier tax term theme tone topic total url usage value vendor weight width zone"
)
VERBS = _listed(
    "add approve archive assign change check close collect confirm follow keep move open publish review send"
)
TEMPER = _listed(
    "always carefully first gladly later mostly nearly never often once quickly rarely seldom soon together"
)


def sentence(random: Random) -> str:
    """Some words in a row, as a hint or a heading would have them."""
    first = f"{random.choice(VERBS).capitalize()} the {random.choice(ADJECTIVES)} {random.choice(NOUNS)}"
    rest = f"{random.choice(TEMPER)} before the {random.choice(NOUNS)} is {random.choice(ADJECTIVES)}"
    return f"{first} {rest}." if random.random() < 0.7 else f"{first}."


def title(name: str) -> str:
    """A name as a heading."""
    return name.replace("_", " ").capitalize()
