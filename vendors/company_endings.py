"""Legal forms of companies as they stand at the end of names, without dots and spaces. Pure.

Each spelling leads to one form; two spellings of the same form are no difference.
"""

SPELLINGS: dict[str, str] = {
    # Mexico
    "sa-de-cv": "sadecv sociedadanonimadecapitalvariable sacv sadcv",
    "sab-de-cv": "sabdecv sab sociedadanonimabursatildecapitalvariable sabcv",
    "sapi-de-cv": "sapidecv sapicv sociedadanonimapromotoradeinversiondecapitalvariable",
    "sapi": "sapi sociedadanonimapromotoradeinversion",
    "sapib-de-cv": "sapibdecv sapib",
    "s-de-rl-de-cv": "sderldecv srldecv sderlcv srlcv "
                     "sociedadderesponsabilidadlimitadadecapitalvariable",
    "s-de-rl": "sderl",
    "s-de-rl-mi": "sderlmi sderldeip sderlmidecv sderldeipdecv",
    "sas-de-cv": "sasdecv",
    "sc": "sc sociedadcivil",
    "sc-de-rl": "scderl scl sociedadcooperativa scoop sociedadcooperativaderesponsabilidadlimitada",
    "sc-de-rl-de-cv": "scderldecv",
    "ac": "ac asociacioncivil",
    "iap": "iap instituciondeasistenciaprivada institucionasistenciaprivada",
    "spr": "sprderl sprderi spr sprderldecv",
    "s-en-nc": "sennc", "s-en-c": "senc scomandita senandc", "s-en-c-por-a": "sencpora",
    "sofom": "sadecvsofomenr sofomenr sadecvsofomer sapidecvsofomenr",
    "sa": "sa sociedadanonima societeanonyme",
    # United States, United Kingdom and others in English
    "inc": "inc incorporated incorporation incorporado",
    "corp": "corp corporation",
    "co": "co company",
    "and-co": "andco andcompany andcia andcompania andcie",
    "llc": "llc lc limitedliabilitycompany limitedliabilityco ltdliabilityco",
    "llp": "llp limitedliabilitypartnership",
    "lllp": "lllp", "lp": "lp limitedpartnership", "pllc": "pllc",
    "pc": "pc professionalcorporation",
    "pbc": "pbc publicbenefitcorporation", "l3c": "l3c",
    "ltd": "ltd limited", "co-ltd": "coltd companylimited colimited coltda",
    "plc": "plc publiclimitedcompany", "cic": "cic communityinterestcompany",
    "pty-ltd": "ptyltd proprietarylimited ptylimited",
    "pvt-ltd": "pvtltd privatelimited pvtlimited",
    "pte-ltd": "pteltd ptelimited", "ulc": "ulc",
    # Spain, Portugal and Latin America
    "sl": "sl sociedadlimitada", "slu": "slu sociedadlimitadaunipersonal", "sll": "sll",
    "slne": "slne", "sau": "sau", "sal": "sal", "slp": "slp", "aie": "aie", "ute": "ute",
    "srl": "srl sociedadderesponsabilidadlimitada", "sac": "sac sociedadanonimacerrada",
    "saa": "saa",
    "eirl": "eirl", "saic": "saic", "saci": "saci",
    "spa": "spa sociedadporacciones societaperazioni",
    "ltda": "ltda limitada lda", "unipessoal": "unipessoallda",
    "me": "ltdame eireli", "ei": "epp ltdaepp mei",
    "sas": "sas sociedadporaccionessimplificada societeparactionssimplifiee",
    "ca": "ca companiaanonima", "esp": "esp saesp",
    # Elsewhere in Europe
    "gmbh": "gmbh mbh gesellschaftmitbeschrankterhaftung", "ggmbh": "ggmbh",
    "gmbh-co-kg": "gmbhandcokg gmbhcokg gmbhandcompanykg", "ag": "ag aktiengesellschaft",
    "kg": "kg", "kgaa": "kgaa", "ohg": "ohg", "ug": "ug ughaftungsbeschrankt", "ev": "ev",
    "eg": "eg",
    "gbr": "gbr", "se": "se", "bv": "bv beslotenvennootschap", "nv": "nv naamlozevennootschap",
    "vof": "vof", "bvba": "bvba", "sarl": "sarl", "sasu": "sasu", "eurl": "eurl", "snc": "snc",
    "scop": "scop", "sci": "sci", "srls": "srls", "sapa": "sapa",
    "ab": "ab aktiebolag", "as": "as", "asa": "asa", "aps": "aps", "oy": "oy osakeyhtio",
    "oyj": "oyj",
    "ou": "ou", "uab": "uab", "sia": "sia", "doo": "doo", "dd": "dd", "sro": "sro spolsro",
    "spzoo": "spzoo spolkazoo", "kft": "kft", "zrt": "zrt", "nyrt": "nyrt", "ood": "ood",
    "eood": "eood", "ooo": "ooo", "zao": "zao", "pjsc": "pjsc", "jsc": "jsc", "ae": "ae",
    "epe": "epe",
    # Asia
    "kk": "kk kabushikikaisha", "sdn-bhd": "sdnbhd", "bhd": "bhd", "tbk": "tbk", "fze": "fze",
    "fz-llc": "fzllc", "dmcc": "dmcc",
}  # fmt: skip
"""Form: its spellings, with "&", "and" and "y" between words as "and"."""

FORMS = {spelling: form for form, spellings in SPELLINGS.items() for spelling in spellings.split()}
LONGEST = 9
"""Words of the longest form, each letter by itself: "S. A. P. I. de C. V." has seven."""
