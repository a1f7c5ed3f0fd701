import django.db.models.deletion
import django.db.models.functions.text
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dossier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=60, unique=True, verbose_name='reference')),
                ('kind', models.CharField(max_length=30, verbose_name='kind')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('count', models.PositiveIntegerField(default=0)),
                ('head', models.CharField(blank=True, max_length=64)),
                ('seal', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'verbose_name': 'case file',
                'verbose_name_plural': 'case files',
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('language', models.CharField(choices=[('es', 'Español'), ('en', 'English')], default='es', max_length=2, verbose_name='language')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may open the administration pages')),
                ('date_joined', models.DateTimeField(auto_now_add=True, verbose_name='joined')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('superior', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to=settings.AUTH_USER_MODEL, verbose_name='superior')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['name', 'pk'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='core_user_email_lower')],
            },
        ),
        migrations.CreateModel(
            name='Blob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                ('mime', models.CharField(max_length=100, verbose_name='media type')),
                ('path', models.CharField(max_length=200)),
                ('removed', models.BooleanField(default=False, verbose_name='removed')),
                ('destroyed_at', models.DateTimeField(null=True, verbose_name='destroyed')),
            ],
            options={
                'verbose_name': 'content',
                'verbose_name_plural': 'contents',
                'indexes': [models.Index(condition=models.Q(('destroyed_at', None), ('removed', True)), fields=['id'], name='core_blob_to_destroy')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('uploaded_at', models.DateTimeField(verbose_name='added')),
                ('removal_reason', models.TextField(blank=True, verbose_name='reason for removal')),
                ('state', models.CharField(choices=[('kept', 'kept'), ('removal_proposed', 'removal proposed'), ('removed', 'removed')], db_index=True, default='kept', max_length=30, verbose_name='state')),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='core.blob')),
                ('removal_proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='core.dossier')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'ordering': ['pk'],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('root', models.CharField(max_length=64, verbose_name='root')),
                ('leaves', models.PositiveIntegerField(verbose_name='cases')),
                ('previous', models.CharField(blank=True, max_length=64, verbose_name='root before it')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('mac', models.CharField(max_length=64)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checkpoints', to='core.dossier')),
            ],
            options={
                'verbose_name': 'checkpoint',
                'verbose_name_plural': 'checkpoints',
                'ordering': ['day'],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('verb', models.CharField(max_length=100, verbose_name='act')),
                ('target_label', models.CharField(max_length=60)),
                ('target_id', models.BigIntegerField()),
                ('because', models.TextField(blank=True, verbose_name='why')),
                ('details', models.TextField(default='{}')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('previous', models.CharField(blank=True, max_length=64)),
                ('mac', models.CharField(max_length=64)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='core.dossier')),
                ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='standing in for')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['target_label', 'target_id'], name='core_event_target__9bf800_idx')],
                'constraints': [models.UniqueConstraint(fields=('dossier', 'number'), name='core_event_number')],
            },
        ),
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('country', models.CharField(default='MX', max_length=2, verbose_name='country')),
                ('zone', models.CharField(default='America/Mexico_City', max_length=64, verbose_name='time zone')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bodies', to='core.institution', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'institution',
                'verbose_name_plural': 'institutions',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='core.institution', verbose_name='institution')),
            ],
            options={
                'verbose_name': 'holiday',
                'verbose_name_plural': 'holidays',
                'ordering': ['day'],
                'constraints': [models.UniqueConstraint(fields=('day', 'institution'), name='core_holiday_once'), models.UniqueConstraint(condition=models.Q(('institution', None)), fields=('day',), name='core_holiday_of_all')],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='institution',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='core.institution', verbose_name='institution'),
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('payload', models.TextField(default='{}')),
                ('due', models.DateTimeField(null=True, verbose_name='not before')),
                ('lease_until', models.DateTimeField(null=True, verbose_name='in work until')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done')),
                ('last_error', models.TextField(blank=True, verbose_name='last error')),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['id'], name='core_job_open')],
            },
        ),
        migrations.CreateModel(
            name='Loan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('secretariat', 'Secretariat'), ('preparer', 'Finance preparer'), ('authoriser', 'Finance authoriser'), ('spend_recorder', 'Spend recorder'), ('procurement_officer', 'Procurement officer'), ('editor', 'Standards editor'), ('auditor', 'Auditor'), ('administrator', 'Administrator'), ('manager', 'Project manager'), ('owner', 'Certifying owner'), ('product_owner', 'Product owner')], max_length=30, verbose_name='role')),
                ('kind', models.CharField(choices=[('loan', 'lent by its holder'), ('substitute', 'substitute appointed in absence')], default='loan', max_length=12, verbose_name='kind')),
                ('starts', models.DateField(verbose_name='first day')),
                ('ends', models.DateField(verbose_name='last day')),
                ('state', models.CharField(choices=[('proposed', 'proposed'), ('active', 'in force'), ('ended', 'ended'), ('cancelled', 'cancelled')], db_index=True, default='proposed', max_length=30, verbose_name='state')),
                ('borrower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='borrowed', to=settings.AUTH_USER_MODEL, verbose_name='who stands in')),
                ('dossier_of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.dossier')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lent', to=settings.AUTH_USER_MODEL, verbose_name='who is absent')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'stand-in',
                'verbose_name_plural': 'stand-ins',
                'ordering': ['-starts', 'pk'],
                'indexes': [models.Index(fields=['borrower', 'state', 'ends'], name='core_loan_borrowe_adaad0_idx')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('body', models.TextField(verbose_name='text')),
                ('url', models.CharField(blank=True, max_length=250)),
                ('urgent', models.BooleanField(default=False, verbose_name='urgent')),
                ('in_inbox', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(verbose_name='sent')),
                ('read_at', models.DateTimeField(null=True, verbose_name='read')),
                ('dossier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='core.dossier')),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='core.event')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'indexes': [models.Index(fields=['person', '-created_at'], name='core_notice_person__21b3a5_idx'), models.Index(condition=models.Q(('in_inbox', True), ('read_at', None)), fields=['person'], name='core_notice_new')],
                'constraints': [models.UniqueConstraint(fields=('person', 'key'), name='core_notice_once')],
            },
        ),
        migrations.CreateModel(
            name='RoleGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('secretariat', 'Secretariat'), ('preparer', 'Finance preparer'), ('authoriser', 'Finance authoriser'), ('spend_recorder', 'Spend recorder'), ('procurement_officer', 'Procurement officer'), ('editor', 'Standards editor'), ('auditor', 'Auditor'), ('administrator', 'Administrator')], max_length=30, verbose_name='role')),
                ('starts', models.DateField(verbose_name='first day')),
                ('ends', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='granted by')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='core.institution', verbose_name='institution')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'role held',
                'verbose_name_plural': 'roles held',
                'ordering': ['role', 'user'],
                'indexes': [models.Index(fields=['user', 'starts'], name='core_rolegr_user_id_49f0a0_idx')],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_label', models.CharField(max_length=60)),
                ('target_id', models.BigIntegerField()),
                ('step', models.CharField(max_length=50)),
                ('audience', models.CharField(max_length=40)),
                ('capacity', models.CharField(blank=True, max_length=30)),
                ('not_for', models.BigIntegerField(null=True)),
                ('title', models.CharField(max_length=250, verbose_name='what')),
                ('url', models.CharField(max_length=250)),
                ('due', models.DateTimeField(null=True, verbose_name='by when')),
                ('order_at', models.DateTimeField()),
                ('since', models.DateTimeField(verbose_name='since')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='turns', to='core.dossier')),
            ],
            options={
                'verbose_name': 'turn',
                'verbose_name_plural': 'turns',
                'indexes': [models.Index(fields=['audience', 'order_at', 'since', 'id'], name='core_turn_audienc_648d98_idx')],
                'constraints': [models.UniqueConstraint(fields=('target_label', 'target_id', 'step', 'audience'), name='core_turn_once')],
            },
        ),
        migrations.CreateModel(
            name='CheckpointLeaf',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('head', models.CharField(db_index=True, max_length=64)),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changed', to='core.checkpoint')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.dossier')),
            ],
            options={
                'ordering': ['checkpoint', 'position'],
                'indexes': [models.Index(fields=['dossier', '-checkpoint'], name='core_checkp_dossier_7b776b_idx')],
                'constraints': [models.UniqueConstraint(fields=('checkpoint', 'dossier'), name='core_leaf_dossier'), models.UniqueConstraint(fields=('checkpoint', 'position'), name='core_leaf_position')],
            },
        ),
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('capacity', models.CharField(max_length=30)),
                ('target_label', models.CharField(max_length=60)),
                ('target_id', models.BigIntegerField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acts', to=settings.AUTH_USER_MODEL)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acts', to='core.dossier')),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'dossier'], name='core_act_user_id_81ccd2_idx')],
                'constraints': [models.UniqueConstraint(fields=('dossier', 'user', 'capacity', 'target_label', 'target_id'), name='core_act_once')],
            },
        ),
    ]
