"""Real initiatives named in the OECD's review of 2020; their budgets here are invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Initiative:
    """What the catalogue entry says; `cost` in pesos, invented; `days` from start to end."""

    title: str
    institution: str
    cost: int
    problem: str
    users: str
    tags: tuple[str, ...]
    days: int = 1095
    risk: str = "medium"
    novel: bool = False
    life_event: str = ""


PORTAL = Initiative(
    "Gob.mx, portal único de trámites", "SFP", 480_000_000,
    "Las personas buscan 4,000 servicios federales en 5,336 sitios de gobierno distintos.",
    "Cualquier persona que hace un trámite federal; necesita encontrarlo y terminarlo en un lugar.",
    ("portal", "trámites", "gob.mx"), risk="high",
)  # fmt: skip
INTEROPERA = Initiative(
    "InteroperaMX, intercambio de datos entre instituciones", "SFP", 220_000_000,
    "Las instituciones piden a las personas documentos que otra institución ya tiene.",
    "65 servicios con CURP y 150 que consultan acta e identidad; necesitan datos al día.",
    ("interoperabilidad", "datos", "CURP"),
)  # fmt: skip
BIRTH = Initiative(
    "Acta de nacimiento en línea", "SEGOB", 64_000_000,
    "El acta de nacimiento se pide en 46 % de los trámites federales y había que ir por ella.",
    "Familias y personas en el extranjero; necesitan el acta certificada sin ir a una ventanilla.",
    ("acta", "registro civil", "identidad"), life_event="nacimiento",
)  # fmt: skip
PROSPERA = Initiative(
    "Prospera Digital", "SEDESOL", 38_000_000,
    "Siete millones de hogares reciben avisos de salud en papel, tarde o nunca.",
    "Mujeres embarazadas y hogares del programa; necesitan avisos claros en su teléfono.",
    ("salud", "mensajes", "hogares"), life_event="embarazo",
)  # fmt: skip
APRENDE = Initiative(
    "@prende.mx", "SEP", 85_000_000,
    "Las escuelas reciben equipo sin contenidos ni acompañamiento.",
    "Docentes y alumnos de educación básica; necesitan contenidos que funcionen sin conexión.",
    ("educación", "escuelas"), life_event="escuela",
)  # fmt: skip
MEXICOX = Initiative(
    "MéxicoX, cursos abiertos en línea", "SEP", 6_500_000,
    "230 cursos y 1.5 millones de inscritos corren sobre una plataforma sin mantenimiento.",
    "Personas que estudian por su cuenta; necesitan cursos que abran en cualquier teléfono.",
    ("cursos", "educación abierta"), days=540, risk="low",
)  # fmt: skip
CONECTADO = Initiative(
    "México Conectado", "SCT", 310_000_000,
    "101,322 sitios públicos tienen conexión contratada sitio por sitio.",
    "Escuelas, clínicas y bibliotecas; necesitan conexión medida y pagada por lo que reciben.",
    ("conectividad", "sitios"), risk="high",
)  # fmt: skip
ACADEMY = Initiative(
    "Academia Digital", "CEDN", 4_200_000,
    "Quienes compran y dirigen proyectos de TIC no comparten un lenguaje ni un método.",
    "Servidoras y servidores públicos; necesitan aprender en su tiempo de trabajo.",
    ("formación", "capacidades"), days=365, risk="low",
)  # fmt: skip
RETOS = Initiative(
    "Retos Públicos", "CEDN", 5_800_000,
    "Las empresas nuevas no llegan a vender al gobierno porque se piden productos ya hechos.",
    "Empresas nuevas y áreas con un problema; necesitan un concurso corto con prototipo.",
    ("compras", "innovación", "prototipos"), days=400, risk="low",
)  # fmt: skip
BLOCKCHAIN = Initiative(
    "Blockchain para compras públicas", "SFP", 52_000_000,
    "Los actos de una licitación se pueden alterar sin que se note.",
    "Licitantes y ciudadanía; necesitan comprobar que nada cambió después del acto.",
    ("compras", "cadena de bloques", "transparencia"), novel=True, risk="high",
)  # fmt: skip
OPEN_DATA = Initiative(
    "Datos.gob.mx, portal nacional de datos abiertos", "CEDN", 41_000_000,
    "Los datos se publican en formatos distintos y sin fecha de actualización.",
    "Periodistas, investigadoras y empresas; necesitan datos al día con licencia abierta.",
    ("datos abiertos", "portal de datos"),
)  # fmt: skip
FOLDER = Initiative(
    "Carpeta ciudadana", "CEDN", 73_000_000,
    "Nadie puede ver en un lugar sus trámites abiertos y los documentos que le dio el gobierno.",
    "Cualquier persona con CURP; necesita ver sus trámites y documentos, como en España.",
    ("carpeta", "documentos", "ciudadanía"), life_event="mudanza",
)  # fmt: skip
ABROAD = Initiative(
    "Servicios para mexicanas y mexicanos en el exterior", "SEGOB", 29_000_000,
    "Doce millones de personas en el exterior dependen de una cita consular para cada trámite.",
    "Personas mexicanas en el exterior; necesitan trámites sin cita.",
    ("consulados", "exterior"), life_event="migración",
)  # fmt: skip
SIGNATURE = Initiative(
    "e.firma en el teléfono", "SFP", 33_000_000,
    "450 servicios aceptan la e.firma, pero solo con un archivo en una computadora.",
    "Personas con e.firma; necesitan firmar desde el teléfono.",
    ("firma electrónica", "teléfono"),
)  # fmt: skip
MESSAGES = Initiative(
    "Prospera Digital, segunda ola de mensajes", "SEDESOL", 24_000_000,
    "La primera ola de mensajes no alcanza a los hogares que hablan lenguas indígenas.",
    "Hogares hablantes de náhuatl, maya y mixteco; necesitan avisos en su lengua.",
    ("salud", "lenguas", "mensajes"),
)  # fmt: skip
COURSES = Initiative(
    "MéxicoX, constancias verificables", "SEP", 7_400_000,
    "Las constancias de los cursos se falsifican y nadie puede comprobarlas.",
    "Quienes terminan un curso y quienes contratan; necesitan comprobar la constancia.",
    ("cursos", "constancias"), days=400, risk="low",
)  # fmt: skip
SITES = Initiative(
    "México Conectado, medición de la calidad", "SCT", 18_000_000,
    "Se paga por conexiones cuya velocidad nadie mide.",
    "Direcciones de escuelas y clínicas; necesitan una medida que valga ante el proveedor.",
    ("conectividad", "medición"),
)  # fmt: skip
PAYMENTS = Initiative(
    "Gob.mx, pago de derechos en línea", "SFP", 47_000_000,
    "Pagar un derecho exige imprimir una línea de captura e ir al banco.",
    "Personas y empresas que pagan derechos; necesitan pagar al terminar el trámite.",
    ("pagos", "gob.mx"),
)  # fmt: skip
DATA_WEEK = Initiative(
    "Datos.gob.mx, calidad de los datos", "CEDN", 9_100_000,
    "Tres de cada diez conjuntos publicados no abren.",
    "Quienes publican datos; necesitan saber qué falla antes de publicar.",
    ("datos abiertos", "calidad"), days=420, risk="low",
)  # fmt: skip
STOPPED = Initiative(
    "Padrón único de beneficiarios en hojas de cálculo", "SEDESOL", 21_000_000,
    "Cada programa lleva su padrón en una hoja distinta y nadie los cruza.",
    "Personas inscritas en más de un programa; necesitan un solo registro.",
    ("padrón", "hogares registrados"),
)  # fmt: skip
CLOSED = Initiative(
    "Retos Públicos, primera convocatoria", "CEDN", 3_900_000,
    "Seis dependencias tienen un problema y no saben a quién pedir la solución.",
    "Dependencias y empresas nuevas; necesitan un concurso de ocho semanas.",
    ("convocatoria", "innovación pública"), days=420, risk="low",
)  # fmt: skip
IN_FORCE = Initiative(
    "Academia Digital, aula en línea", "CEDN", 8_800_000,
    "Los cursos presenciales solo llegan a quien trabaja en la capital.",
    "Servidoras y servidores públicos fuera de la capital; necesitan aula en línea.",
    ("aula", "formación en línea"), days=400, risk="low",
)  # fmt: skip
FROZEN = Initiative(
    "InteroperaMX, consulta de títulos profesionales", "SEP", 26_000_000,
    "Para comprobar un título se pide copia certificada en cada trámite.",
    "Profesionistas y dependencias que contratan; necesitan consultar el título en línea.",
    ("títulos", "cédula"),
)  # fmt: skip
LAPSED = Initiative(
    "Gob.mx, directorio de ventanillas", "SFP", 5_100_000,
    "El directorio de ventanillas tiene direcciones y horarios viejos.",
    "Personas que deben ir a una ventanilla; necesitan dirección y horario correctos.",
    ("ventanillas", "directorio"), days=500, risk="low",
)  # fmt: skip
REPORTED = Initiative(
    "@prende.mx, biblioteca sin conexión", "SEP", 34_000_000,
    "La mitad de las escuelas del programa no tiene conexión estable.",
    "Docentes de escuelas rurales; necesitan materiales que abran sin conexión.",
    ("biblioteca", "materiales"),
)  # fmt: skip
