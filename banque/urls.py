from django.urls import URLPattern, URLResolver

app_name = "banque"

urlpatterns: list[URLPattern | URLResolver] = []
