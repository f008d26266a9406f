"""Words that say nothing about what a message is about: grammar, greetings, closings; folded, in two languages."""

GRAMMAR = """
a ao aos aquela aquele aquilo as ate com como da das de dela dele deles depois do dos e ela elas ele eles em entre era
essa esse esses esta estamos estao estar estava este estes estou eu foi foram ha isso isto ja la lhe mais mas me mesmo
meu meus minha minhas muito na nas nao nem no nos nossa nosso num numa o os ou para pela pelas pelo pelos pra pro por
porque pois qual quando que quem se sem ser sera seu seus sim so sobre sua suas tambem tem tenho ter tive todo todos
tudo um uma umas uns vai vao voce voces vou aqui ainda apenas agora assim onde cada outra outro deve pode posso fazer
faz feito an and are at be been but by can could did do does for from had has have he her his how i if in is it its me
my not of on or our she should so that the their them there they this to us was we were what when where which who why
will with would you your am no yes any some
"""
MANNERS = """
abs abraco abracos agradeco agradecemos aguardo aguardamos atenciosamente att atte bom boa cordialmente dia tarde noite
caro cara desde favor gentileza gostaria grato grata obrigada obrigado oi ola poderia poderiam preciso precisamos
prezada prezado prezados queria retorno segue senhor senhora sr sra tudo bem pessoal equipe amigos
best dear hello help hi kind please regards sincerely thank thanks team need want
"""

STOP_WORDS = frozenset((GRAMMAR + MANNERS).split())
